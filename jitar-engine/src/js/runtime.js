// The module that applications import as `jitar` (spec 6.10).

import { NotImplemented } from "ext:jitar/errors.js";

export {
  BadRequest,
  Forbidden,
  NotFound,
  NotImplemented,
  PaymentRequired,
  ServerError,
  Teapot,
  Unauthorized,
} from "ext:jitar/errors.js";
export {
  ArrayParameter,
  Class,
  Implementation,
  NamedParameter,
  ObjectParameter,
  Procedure,
  Segment,
  Version,
} from "ext:jitar/model.js";
export { Request, Response } from "ext:jitar/request.js";

/** Belongs to the implementation for Node, whose build it configures. */
export class BuildHelper {
  constructor() {
    refuse("BuildHelper", "call `jitar_build::compile` in build.rs");
  }
}

/** Belongs to the implementation for Node, whose configuration it reads. */
export class ConfigurationManager {
  constructor() {
    refuse("ConfigurationManager", "services are configured in services/*.json");
  }
}

function refuse(name, instead) {
  throw new NotImplemented(`${name} belongs to Jitar for Node and does nothing here: ${instead}`);
}
