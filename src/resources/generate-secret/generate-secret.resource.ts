import {
  CustomResource,
  type CustomResourceOptions,
  rotationOf,
  type SecretReference,
  SecretService,
  type SubresourceResult,
} from '../../framework/framework.ts';
import { valuesOf } from './generate-secret.input.ts';
import type { generateSecretSpecSchema } from './generate-secret.schemas.ts';

/** Keeps a Secret of the same name filled with generated values. */
export class GenerateSecretResource extends CustomResource<typeof generateSecretSpecSchema> {
  readonly #secret: SecretReference;

  constructor(options: CustomResourceOptions<typeof generateSecretSpecSchema>) {
    super(options);
    this.#secret = this.services.get(SecretService).get({ name: this.name, namespace: this.namespace });
    this.#secret.on('changed', this.queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    this.report({ secretName: this.name });
    await this.reconcileSubresource('SecretUpdated', this.#reconcileSecret);
  };

  #reconcileSecret = async (): Promise<SubresourceResult> => {
    const { fields, adopt, immutable, deletionPolicy } = this.spec;
    const secret = this.#secret.current;
    const current = await secret?.readBytes();
    const rotation = rotationOf(this.metadata, secret?.metadata);
    const data = valuesOf(fields, current ?? {}, rotation.isDue);
    const ownership = deletionPolicy === 'Delete' ? { ownerReferences: [this.ref] } : {};
    const result = await secret?.write({ data, immutable, annotations: rotation.mark, ...ownership }, { adopt });
    if (result === 'created' && current === undefined) {
      this.record({ type: 'Normal', reason: 'SecretCreated', note: `Created Secret ${this.name}` });
    }
    if (rotation.isDue && result === 'updated') {
      this.record({ type: 'Normal', reason: 'Rotated', note: `Put new values into Secret ${this.name}` });
    }
    const held = fields.length === 1 ? '1 field' : `${fields.length} fields`;
    return { ready: true, reason: 'Updated', message: `Secret ${this.name} holds ${held}` };
  };
}
