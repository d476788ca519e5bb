"""From text to token ids and back: letters, ids, bytes in pairs, and the files that tell which."""
