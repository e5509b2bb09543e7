jitar::service!(segments = []);
