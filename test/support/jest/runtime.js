const Module = require('node:module');
const { default: Runtime } = require('jest-runtime');

const sourceMaps = new Map();
let transforms;

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transforms.transform(filename), filename);
};

/**
 * Evaluates the spec itself anew and gives it everything else as Node loads it: once per worker, and pure ES modules
 * like Nest 12 as they are, which jest's own loader cannot do on Node 20. There is no `jest.mock` with it.
 */
module.exports = class extends Runtime {
  constructor(...options) {
    super(...options);
    transforms = this.transformCache;
    // What an earlier spec loaded can fail in a later one.
    transforms.sourceMaps = sourceMaps;
  }

  requireModuleOrMock(from, name) {
    if (name === '@jest/globals') return super.requireModuleOrMock(from, name);
    return Module.createRequire(from)(name);
  }
};
