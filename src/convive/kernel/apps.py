from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "convive.kernel"
    label = "kernel"
