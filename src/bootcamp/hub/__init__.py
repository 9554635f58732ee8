"""The hub: accounts, sandboxed servers, configuration, and starting and stopping it all."""
