// The ops as scripts see them that `core.loadExtScript` loads: a copy of `core.ops` that nothing else can reach.

(function () {
  return __bootstrap.core.ops;
})();
