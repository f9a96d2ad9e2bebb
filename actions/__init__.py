"""Rasa's view of Madad: actions that read the tracker, call `bot`, and say something."""
