"""Every select of data protection: requests and findings, and where people are looked for."""
