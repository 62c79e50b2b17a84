// As far as the provider of the tests uses it; the package brings no types.
declare module 'oidc-provider' {
  interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  class Provider {
    constructor(issuer: string, configuration: object)
    readonly Grant: new (of: {
      accountId: string
      clientId: string
    }) => Grant
    callback(): import('node:http').RequestListener
    interactionDetails(
      request: import('node:http').IncomingMessage,
      response: import('node:http').ServerResponse,
    ): Promise<{ prompt: { name: string }; session?: { accountId: string }; params: { scope: string } }>
    interactionFinished(
      request: import('node:http').IncomingMessage,
      response: import('node:http').ServerResponse,
      result: object,
    ): Promise<void>
  }

  export = Provider
}
