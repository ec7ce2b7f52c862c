const Module = require('node:module');
const path = require('node:path');
const { default: Runtime } = require('jest-runtime');

const TESTS = path.join(__dirname, '../..') + path.sep;

/** The name of a package. */
const PACKAGE = /^(@[\w-]+\/)?[a-z][\w.-]*$/;

const sourceMaps = new Map();
let transforms;

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transforms.transform(filename), filename);
};

/**
 * Evaluates the spec and its support anew, and gives them the rest as Node loads it: once per worker, and pure ES modules
 * like Nest 12 as they are, which jest's own loader cannot do on Node 20. There is no `jest.mock` of those.
 */
module.exports = class extends Runtime {
  constructor(...options) {
    super(...options);
    transforms = this.transformCache;
    // What an earlier spec loaded can fail in a later one.
    transforms.sourceMaps = sourceMaps;
  }

  /** The packages of the runner, which keep their state in the global object: jest evaluates them anew for each spec. */
  requireInternalModule(from, name) {
    return name !== undefined && PACKAGE.test(name)
      ? Module.createRequire(from)(name)
      : super.requireInternalModule(from, name);
  }

  requireModuleOrMock(from, name) {
    const require = Module.createRequire(from);
    const isOfTests = name === '@jest/globals' || require.resolve(name).startsWith(TESTS);
    return isOfTests ? super.requireModuleOrMock(from, name) : require(name);
  }
};
