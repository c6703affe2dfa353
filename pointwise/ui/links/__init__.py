"""Links to what is on the page: what stands in an address, what is taken from one, and the dialog that makes one."""
