// What applications import from `node:buffer`.

import { core } from "ext:core/mod.js";
import { Buffer, constants, isAscii, isUtf8, SlowBuffer } from "ext:jitar/web/buffer.js";

const { atob, btoa } = core.loadExtScript("ext:deno_web/05_base64.js");
const { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength } = constants;

export { atob, btoa, Buffer, constants, isAscii, isUtf8, kMaxLength, kStringMaxLength, SlowBuffer };
export default { atob, btoa, Buffer, constants, isAscii, isUtf8, kMaxLength, kStringMaxLength, SlowBuffer };
