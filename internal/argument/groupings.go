package argument

import (
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Groupings returns an argument that takes a list of the values, and of names with the prefix, such as "tag:". The API
// takes the list as one comma-separated string, so no grouping can contain a comma.
func Groupings(byDefault, prefix string, values ...string) schema.ListAttribute {
	alternatives := regexp.QuoteMeta(prefix) + "[^,]+"
	for _, value := range values {
		alternatives += "|" + regexp.QuoteMeta(value)
	}
	form := regexp.MustCompile("^(" + alternatives + ")$")
	return schema.ListAttribute{
		Optional:    true,
		ElementType: types.StringType,
		MarkdownDescription: "Groupings in order, such as `" + values[0] + "` or `" + prefix + "<name>`. " +
			byDefault,
		Validators: []validator.List{
			listvalidator.SizeAtLeast(1),
			listvalidator.UniqueValues(),
			listvalidator.NoNullValues(),
			listvalidator.ValueStringsAre(Matching(form,
				"must be one of "+strings.Join(values, ", ")+", or "+prefix+" and a name without a comma")...),
		},
	}
}

// Joined returns the elements of a list of strings, separated by commas.
func Joined(list types.List) string { return strings.Join(Strings(list), ",") }

// Strings returns the elements of a list of strings.
func Strings(list types.List) []string {
	var out []string
	for _, element := range list.Elements() {
		text, _ := element.(types.String)
		out = append(out, text.ValueString())
	}
	return out
}
