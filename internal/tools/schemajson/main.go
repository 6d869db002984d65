// Command schemajson prints the schemas of the provider in the format of `terraform providers schema -json`. The
// documentation is generated from them, so that it needs no Terraform and is complete for all versions.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/provider"
)

// name is the provider address that the docs generator expects.
const name = "vantage"

func main() {
	log.SetFlags(0)
	server, err := providerserver.NewProtocol6WithError(provider.New("docs")())()
	if err != nil {
		log.Fatal(err)
	}
	schemas, err := read(context.Background(), server)
	if err != nil {
		log.Fatal(err)
	}
	if err := write(os.Stdout, schemas); err != nil {
		log.Fatal(err)
	}
}

// read returns the schemas of the server. It rejects what the format does not support.
func read(ctx context.Context, server tfprotov6.ProviderServer) (providerSchemas, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return providerSchemas{}, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return providerSchemas{}, err
	}
	for _, d := range append(schemas.Diagnostics, identities.Diagnostics...) {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return providerSchemas{}, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	if len(schemas.ListResourceSchemas)+len(schemas.StateStoreSchemas) > 0 {
		return providerSchemas{}, errors.New(
			"the provider has list resources or state stores, which schemajson does not print yet")
	}
	return newProviderSchemas(schemas, identities), nil
}

func write(w io.Writer, schemas providerSchemas) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(schemas)
}
