package vantage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// unitCostsPage is the number of rows in a page, the maximum of the API.
	unitCostsPage = 1000
	// maxUnitCosts is the number of rows that are read of one report.
	maxUnitCosts = 100_000
	// maxUnitCostsPages bounds the requests to a server that sends shorter pages than requested.
	maxUnitCostsPages = maxUnitCosts / unitCostsPage
	// maxUnitCostsBytes bounds all pages together: 670 bytes a row; about 300 are usual.
	maxUnitCostsBytes = 64 << 20
)

// TooMany means that the report has more rows than ListUnitCosts reads.
const TooMany ErrorKind = "too many"

// CalculationTypes returns the documented values of UnitCost.CalculationType.
func CalculationTypes() []string {
	return []string{"unit_cost", "gross_margin", "usage_unit_cost", "raw_business_metric"}
}

// UnitCostsRequest selects unit costs of a cost report. Empty fields are omitted from the request.
type UnitCostsRequest struct {
	// CostReportToken names the report. Required.
	CostReportToken string
	// StartDate and EndDate, both inclusive, are ISO 8601. The API defaults to the report's dates.
	StartDate, EndDate string
	// DateBin is one of DateBins. The API defaults to the report's, or day.
	DateBin string
}

// UnitCost is one row: the cost of one unit of a metric on one date.
type UnitCost struct {
	BusinessMetricToken string `json:"business_metric_token"`
	BusinessMetricTitle string `json:"business_metric_title"`
	// CalculationType is as reported, normally one of CalculationTypes. Empty if the API reports null.
	CalculationType string `json:"calculation_type"`
	// The amounts and the scale are empty if the API reports null, such as for a division by zero.
	UnitCostAmount       Decimal `json:"unit_cost_amount"`
	BusinessMetricAmount Decimal `json:"business_metric_amount"`
	Scale                Decimal `json:"scale"`
	// Date is a date such as 2025-03-01, or a time as reported, which bins of an hour may have.
	Date Date `json:"date"`
}

// Decimal is a decimal number with all digits that the API reported, or empty.
type Decimal string

// decimalForm also bounds the digits to 150, which Terraform's numbers of 512 bits represent exactly.
var decimalForm = regexp.MustCompile(`^[+-]?[0-9]{1,75}(\.[0-9]{1,75})?([eE][+-]?[0-9]{1,2})?$`)

// UnmarshalJSON implements json.Unmarshaler. The API documents amounts as strings, and the scale both ways.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		*d = ""
		return nil
	}
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	if !decimalForm.MatchString(text) {
		return fmt.Errorf("%q is not a decimal number with up to 75 digits on each side of the point", text)
	}
	*d = Decimal(text)
	return nil
}

// Date is a date without a zone, or a time as reported.
type Date string

// UnmarshalJSON implements json.Unmarshaler. The API documents dates with and without a zone, such as 2023-09-05+00:00.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("the date is not a string")
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02Z07:00"} {
		if day, err := time.Parse(layout, text); err == nil {
			*d = Date(day.Format(time.DateOnly))
			return nil
		}
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return fmt.Errorf("%q is not a date such as 2025-03-01", text)
	}
	*d = Date(text)
	return nil
}

// ListUnitCosts reads all pages of GET /v2/unit_costs and returns the rows ascending by date, then by metric token.
// The URL of a next page in a response only tells that the page exists; it is never requested. Beyond 100,000 rows or
// 64 MiB, ListUnitCosts returns an error of kind TooMany.
func (c *Client) ListUnitCosts(ctx context.Context, r UnitCostsRequest) ([]UnitCost, error) {
	started := time.Now()
	list := unitCostList{pages: map[[sha256.Size]byte]int{}, redact: c.redact}
	for !list.complete {
		page := call{method: http.MethodGet, path: "v2/unit_costs", query: r.query(list.page + 1), decode: list.take}
		if err := c.do(ctx, page); err != nil {
			e := asError(err)
			e.Waited = time.Since(started) // since the first page
			return nil, e
		}
	}
	slices.SortStableFunc(list.rows, func(a, b UnitCost) int {
		if a.Date != b.Date {
			return strings.Compare(string(a.Date), string(b.Date))
		}
		return strings.Compare(a.BusinessMetricToken, b.BusinessMetricToken)
	})
	return list.rows, nil
}

func (r UnitCostsRequest) query(page int) url.Values {
	query := url.Values{}
	for name, value := range map[string]string{
		"cost_report_token": r.CostReportToken,
		"start_date":        r.StartDate,
		"end_date":          r.EndDate,
		"date_bin":          r.DateBin,
		"order":             "asc",
		"limit":             strconv.Itoa(unitCostsPage),
		"page":              strconv.Itoa(page),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}
