// What applications import from `node:async_hooks`.

import { AsyncLocalStorage, AsyncResource } from "ext:jitar/web/async_storage.js";

export { AsyncLocalStorage, AsyncResource };
export default { AsyncLocalStorage, AsyncResource };
