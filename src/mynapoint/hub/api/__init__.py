"""What is published about the doors for machines: the OpenAPI document, a page of it, and the hub's keys."""
