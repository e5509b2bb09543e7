jitar::service!(segment);
