// Preloaded into a process, it sets the time of day of that process's host: off by HOST_CLOCK_OFF_MS, and by HOST_CLOCK_SET_MS
// more at every SIGUSR2.
const HostDate = Date;
let offMs = Number(process.env.HOST_CLOCK_OFF_MS);

const now = () => HostDate.now() + offMs;

globalThis.Date = new Proxy(HostDate, {
  construct: (target, parameters, type) =>
    Reflect.construct(target, parameters.length > 0 ? parameters : [now()], type),
  apply: () => new HostDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

process.on('SIGUSR2', () => {
  offMs += Number(process.env.HOST_CLOCK_SET_MS);
  process.stdout.write(`the host says ${new Date().toISOString()}\n`);
});
