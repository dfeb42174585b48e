"""When each play was watched."""
