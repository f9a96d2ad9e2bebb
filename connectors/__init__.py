"""Where people talk to Madad: customers on channels, agents in the console."""
