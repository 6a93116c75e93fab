import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback whose connections can be cut or swallowed, to play a network between an operator and the API
 * server.
 */
export class TcpProxy {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  /** Sockets whose bytes go nowhere. */
  readonly #swallowed = new Set<Socket>();
  /** How many bytes from the server may still pass. */
  #allowance = Number.POSITIVE_INFINITY;
  #isOpen = true;
  readonly #server = createServer((client) => this.#forward(client));

  /** @param target the port on 127.0.0.1 to forward to. */
  constructor(target: number) {
    this.#target = target;
  }

  /** Starts to listen on a free port and resolves to it. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port; // a string only for pipes
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.#isOpen = false;
    this.#dropAll();
  }

  /** Ends every connection when the server has sent this many more bytes: in the middle of whatever it says. */
  cutAfter(bytes: number): void {
    this.#allowance = bytes;
  }

  /** From now on nothing passes on the connections that are there, but they stay open. New ones are not concerned. */
  swallow(): void {
    for (const socket of this.#sockets) {
      this.#swallowed.add(socket);
    }
  }

  /** Lets connections through again. */
  open(): void {
    this.#isOpen = true;
    this.#allowance = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    this.#dropAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #forward(client: Socket): void {
    if (!this.#isOpen) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => this.#pass(from, from === server, { to, bytes }));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        this.#swallowed.delete(from);
        to.destroy();
      });
    }
  }

  #pass(from: Socket, isAnswer: boolean, { to, bytes }: { to: Socket; bytes: Buffer }): void {
    if (this.#swallowed.has(from)) {
      return;
    }
    const passing = isAnswer ? bytes.subarray(0, this.#allowance) : bytes;
    to.write(passing);
    if (isAnswer) {
      this.#allowance -= passing.length;
    }
    if (this.#allowance <= 0) {
      to.end(() => this.cut());
    }
  }

  #dropAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
