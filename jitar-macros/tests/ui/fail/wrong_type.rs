jitar::service!(segment = 1, service = services::STANDALONE);
