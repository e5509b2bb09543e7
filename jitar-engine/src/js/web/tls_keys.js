// Stands for the script of that name of `deno_net`: the script of `fetch` takes from it how client certificates are read for
// clients with settings of their own, which applications cannot make. Without it the ops and scripts of sockets are not
// part of every blob.

(function () {
  return {
    loadTlsKeyPair() {
      throw new __bootstrap.primordials.TypeError("client certificates are not supported");
    },
  };
})();
