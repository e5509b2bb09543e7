jitar::service!(segment = "", service = " ");
