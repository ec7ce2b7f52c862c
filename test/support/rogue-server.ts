import { type AddressInfo, type Socket, createServer } from 'node:net';

export type Answers = readonly (readonly [type: string, ...body: (number | string)[]])[];

/** Listens on the port of the server, sends these messages to each client and records what it receives then. */
export async function startRogue(
  replies: Answers,
): Promise<{ port: number; heard: () => string; stop: () => void }> {
  let heard = '';
  const sockets: Socket[] = [];
  const rogue = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.once('data', () => {
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.write(Buffer.concat(replies.map(([type, ...body]) => packet(type, body))));
    });
  });
  await new Promise<void>((resolve) => rogue.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    rogue.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (rogue.address() as AddressInfo).port, heard: () => heard, stop };
}

function packet(type: string, body: readonly (number | string)[]): Buffer {
  const parts = body.map((part) =>
    typeof part === 'string' ? Buffer.from(part) : Buffer.from(Uint32Array.of(part).buffer).swap32(),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type), Buffer.from(Uint32Array.of(length).buffer).swap32(), ...parts]);
}
