import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be cut, to play a network between an operator and the API server. */
export class TcpProxy {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
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

  /** Lets connections through again. */
  open(): void {
    this.#isOpen = true;
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
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #dropAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
