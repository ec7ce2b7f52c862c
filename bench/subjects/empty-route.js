'use strict';

// What Nest and Fastify alone cost: one module, one controller, one route that returns an object.
require('reflect-metadata');
const { Controller, Get, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { FastifyAdapter } = require('@nestjs/platform-fastify');

class EmptyController {
  get() {
    return { status: 'ok' };
  }
}
Get()(EmptyController.prototype, 'get', Object.getOwnPropertyDescriptor(EmptyController.prototype, 'get'));
Controller('empty')(EmptyController);

class EmptyModule {}
Module({ controllers: [EmptyController] })(EmptyModule);

async function main() {
  const app = await NestFactory.create(EmptyModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.(app.getHttpServer().address());
}

void main();
