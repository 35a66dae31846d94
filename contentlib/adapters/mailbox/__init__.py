"""Reading mail: messages, folders of them, an IMAP server, and a listener for blind copies."""
