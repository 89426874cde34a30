"""Streaming has no tables; it is an app for its command."""

from django.apps import AppConfig


class StreamingConfig(AppConfig):
    name = "financehub.streaming"
    label = "streaming"
