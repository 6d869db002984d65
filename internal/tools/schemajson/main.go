// Command schemajson prints the schemas of the provider in the format of `terraform providers schema -json`. The
// documentation is generated from them, so that it needs no Terraform and is complete for all versions.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-vantage/internal/provider"
)

// name is the provider address that the docs generator expects.
const name = "vantage"

func main() {
	log.SetFlags(0)
	schema, err := read(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	schemas := map[string]*tfjson.ProviderSchema{name: schema}
	if err := out.Encode(tfjson.ProviderSchemas{FormatVersion: "1.0", Schemas: schemas}); err != nil {
		log.Fatal(err)
	}
}

// read returns the schemas of the provider.
func read(ctx context.Context) (*tfjson.ProviderSchema, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New("docs")())()
	if err != nil {
		return nil, err
	}
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	return newProviderSchema(schemas, identities)
}
