'use strict';

// The table: almost seventy faults that a programmer could make, each a change of one place. `find` stands in its file exactly once.
const access = require('./access');
const auth = require('./auth');
const factors = require('./factors');
const passwords = require('./passwords');
const sessions = require('./sessions');
const tokens = require('./tokens');

module.exports = [...auth, ...sessions, ...tokens, ...passwords, ...access, ...factors].map(
  (mutation, index) => ({
    number: index + 1,
    ...mutation,
  }),
);
