"""A drop-in for sendmail(8), such as PHP's `sendmail_path` wants. Nothing is imported that one mail does not need."""
