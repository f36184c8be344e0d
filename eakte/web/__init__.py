"""The pages people see (Oberfläche): server-rendered German HTML over the same services the API uses.

No script, nothing from elsewhere: everything works with the keyboard, with a screen reader, at 320 px and without
JavaScript. Pages have a session cookie that the API does not know, and the API has tokens that pages do not take.
"""
