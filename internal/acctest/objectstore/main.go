// Objectstore is a provider for tests. It supplies the resource types that upload a file to AWS, Google Cloud and
// Azure, with the arguments that the examples use, and stores the objects in a directory.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/objectstore"}
	newProvider := func() provider.Provider { return objectStore{} }
	if err := providerserver.Serve(context.Background(), newProvider, options); err != nil {
		log.Fatal(err)
	}
}

// objectStore is installed under the names of all three providers. Terraform selects a provider by the prefix of a
// resource type, so each name can have the types of the others.
type objectStore struct{}

var _ provider.Provider = objectStore{}

func (objectStore) Metadata(context.Context, provider.MetadataRequest, *provider.MetadataResponse) {}

func (objectStore) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema.Blocks = map[string]schema.Block{"features": schema.ListNestedBlock{}} // of azurerm
}

func (objectStore) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData = store(os.Getenv("OBJECT_STORE"))
}

func (objectStore) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource {
			return &object{typeName: "aws_s3_object", container: "bucket", name: "key", hash: "source_hash"}
		},
		func() resource.Resource {
			return &object{
				typeName: "google_storage_bucket_object", container: "bucket", name: "name", hash: "source_md5hash",
				replacedBySource: true, comparesFile: true,
			}
		},
		func() resource.Resource {
			return &object{
				typeName: "azurerm_storage_blob", container: "storage_container_id", name: "name", required: "type",
				replacedBySource: true, rejectsExisting: true,
			}
		},
	}
}

func (objectStore) DataSources(context.Context) []func() datasource.DataSource { return nil }
