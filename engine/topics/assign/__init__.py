"""New documents and topics in, the topic of each out, with how sure that is and why."""
