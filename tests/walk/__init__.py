"""One tender walked through the real portal in Chromium: every role by one-click sign-in, the clock moved in a page."""
