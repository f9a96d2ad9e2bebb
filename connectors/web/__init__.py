"""The website's channel: the widget, its protocol, and who may use it."""
