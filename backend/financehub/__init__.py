"""FinanceHub: a self-hosted market terminal whose every number says where it came from."""

__version__ = "0.1.0"
