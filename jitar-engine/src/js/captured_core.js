// The core as scripts see it that `core.loadExtScript` loads: a copy, with a copy of the ops, that nothing else can reach.

(function () {
  return __bootstrap.core;
})();
