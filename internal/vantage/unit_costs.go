package vantage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-vantage/internal/vantage/redact"
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

// unitCostList holds the pages read so far.
type unitCostList struct {
	redact   redact.Redactor
	page     int // number of the last page
	bytes    int // in all pages
	rows     []UnitCost
	pages    map[[sha256.Size]byte]int // page numbers by the digest of their rows
	complete bool
}

// take adds the next page. It changes nothing if the page is invalid.
func (l *unitCostList) take(resp *http.Response) error {
	page := l.page + 1
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if l.bytes+len(raw) > maxUnitCostsBytes {
		return &Error{Kind: TooMany, Err: fmt.Errorf(
			"the unit costs in the date range are longer than %d MiB; reading stopped at page %d", maxUnitCostsBytes>>20, page)}
	}
	got, err := decodeUnitCostPage(raw)
	var notJSON *json.SyntaxError
	switch {
	case errors.As(err, &notJSON):
		return fmt.Errorf("page %d of the unit costs is not JSON", page)
	case err != nil:
		return l.malformed(page, errors.New(l.redact.Text(err.Error())))
	}
	earlier, repeated := l.pages[got.sum]
	read := len(l.rows) + len(got.rows)
	switch {
	case got.more && len(got.rows) == 0:
		return l.malformed(page, errors.New("it has no rows but links to a next page"))
	case repeated:
		return l.malformed(page, fmt.Errorf("it repeats page %d", earlier))
	case read > maxUnitCosts, got.more && read == maxUnitCosts:
		return &Error{Kind: TooMany, Err: fmt.Errorf(
			"the report has more than %d unit costs in the date range; reading stopped at page %d", maxUnitCosts, page)}
	case got.more && page == maxUnitCostsPages:
		return l.malformed(page, fmt.Errorf("it links to a next page after only %d rows", read))
	}
	rows, err := got.decode()
	if err != nil {
		return l.malformed(page, errors.New(l.redact.Text(err.Error())))
	}
	l.page, l.complete, l.pages[got.sum] = page, !got.more, page
	l.bytes += len(raw)
	l.rows = append(l.rows, rows...)
	return nil
}

func (l *unitCostList) malformed(page int, err error) *Error {
	return &Error{Kind: Malformed, Err: fmt.Errorf("page %d of the unit costs is invalid: %w", page, err)}
}

// unitCostPage is one response whose rows are not decoded yet.
type unitCostPage struct {
	rows []json.RawMessage
	sum  [sha256.Size]byte // of the rows
	more bool              // whether a next page exists
}

// decodeUnitCostPage decodes a response except for its rows. Without links, a full page may have a next page.
func decodeUnitCostPage(raw []byte) (page unitCostPage, err error) {
	var body struct {
		Links     *struct{ Next string }
		UnitCosts []json.RawMessage `json:"unit_costs"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return page, err
	}
	if body.UnitCosts == nil {
		return page, errors.New("the list unit_costs is missing")
	}
	digest := sha256.New()
	for _, row := range body.UnitCosts {
		digest.Write(row)
	}
	page = unitCostPage{body.UnitCosts, [sha256.Size]byte(digest.Sum(nil)), len(body.UnitCosts) == unitCostsPage}
	if body.Links != nil {
		page.more = body.Links.Next != ""
	}
	return page, nil
}

// decode decodes the rows.
func (p unitCostPage) decode() ([]UnitCost, error) {
	rows := make([]UnitCost, len(p.rows))
	for i, text := range p.rows {
		row := &rows[i]
		err := json.Unmarshal(text, row)
		switch {
		case err != nil:
		case row.BusinessMetricToken == "":
			err = errors.New("business_metric_token is missing")
		case row.Date == "":
			err = errors.New("date is missing")
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return rows, nil
}
