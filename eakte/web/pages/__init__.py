"""The addresses people use, one module per noun; `eakte.web.pages.router` leads to all of them."""

from eakte.web.pages.house import router

__all__ = ["router"]
