import {
  CustomResource,
  type CustomResourceOptions,
  ROTATE_ANNOTATION,
  type SecretContent,
  type SecretReference,
  SecretService,
  type SubresourceResult,
} from '../../framework/framework.ts';
import type { generateSecretSpecSchema } from './generate-secret.schemas.ts';
import { valuesOf } from './generate-secret.values.ts';

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
    const { fields, adopt } = this.spec;
    const current = await this.#secret.current?.readBytes();
    const values = valuesOf(fields, current ?? {}, this.#mustRotate());
    const content = { data: values, ...this.#metadata(), immutable: this.spec.immutable };
    const result = await this.#secret.current?.write(content, { adopt });
    if (result === 'created' && current === undefined) {
      this.record({ type: 'Normal', reason: 'SecretCreated', note: `Created Secret ${this.name}` });
    }
    return { ready: true, reason: 'Updated', message: `Secret ${this.name} holds ${fields.length} fields` };
  };

  /** The rotation that was done last stands on the Secret, so that it and the new values are written together. */
  #mustRotate(): boolean {
    const wanted = this.metadata.annotations?.[ROTATE_ANNOTATION];
    const secret = this.#secret.current;
    return (
      wanted !== undefined && secret?.exists === true && secret.metadata?.annotations?.[ROTATE_ANNOTATION] !== wanted
    );
  }

  #metadata(): Pick<SecretContent, 'annotations' | 'ownerReferences'> {
    const rotation = this.metadata.annotations?.[ROTATE_ANNOTATION];
    return {
      ...(rotation === undefined ? {} : { annotations: { [ROTATE_ANNOTATION]: rotation } }),
      ...(this.spec.deletionPolicy === 'Delete' ? { ownerReferences: [this.ref] } : {}),
    };
  }
}
