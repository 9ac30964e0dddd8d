// What a test starts writes to pipes that the test reads; a CI that forces colours means its own log.
delete process.env.FORCE_COLOR
