"""What runs inside the Rasa process, on Python 3.10."""
