package vantage

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"terraform-provider-vantage/internal/vantage/redact"
)

// unitCostList is what has been read so far.
type unitCostList struct {
	only     string
	redact   redact.Redactor
	page     int // the last one taken
	read     int // rows in all pages, those of other metrics included
	bytes    int // in all pages
	rows     []UnitCost
	pages    map[[sha256.Size]byte]int // which page had these rows
	complete bool
}

// take adds the next page. It changes nothing when the page makes no sense.
func (l *unitCostList) take(resp *http.Response) error {
	page := l.page + 1
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if l.bytes+len(raw) > maxUnitCostsBytes {
		return &Error{Kind: TooMany, Err: fmt.Errorf(
			"the unit costs between the dates are longer than %d MiB; reading stopped at page %d", maxUnitCostsBytes>>20, page)}
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
	read := l.read + len(got.rows)
	switch {
	case got.more && len(got.rows) == 0:
		return l.malformed(page, errors.New("it has no rows, and says that there are more"))
	case repeated:
		return l.malformed(page, fmt.Errorf("it repeats page %d", earlier))
	case read > maxUnitCosts, got.more && read == maxUnitCosts:
		return &Error{Kind: TooMany, Err: fmt.Errorf(
			"the report has more than %d unit costs between the dates; reading stopped at page %d", maxUnitCosts, page)}
	case got.more && page == maxUnitCostsPages:
		return l.malformed(page, fmt.Errorf("it says that there are more, after %d rows only", read))
	}
	rows, err := got.decode()
	if err != nil {
		return l.malformed(page, errors.New(l.redact.Text(err.Error())))
	}
	l.page, l.read, l.complete, l.pages[got.sum] = page, read, !got.more, page
	l.bytes += len(raw)
	for _, row := range rows {
		if l.only == "" || row.BusinessMetricToken == l.only {
			l.rows = append(l.rows, row)
		}
	}
	return nil
}

func (l *unitCostList) malformed(page int, err error) *Error {
	return &Error{Kind: Malformed, Err: fmt.Errorf("page %d of the unit costs is malformed: %w", page, err)}
}

// unitCostPage is what one answer brings.
type unitCostPage struct {
	rows []json.RawMessage
	sum  [sha256.Size]byte // of the rows
	more bool              // whether another page follows
}

// decodeUnitCostPage reads a page but for its rows. One without links leaves open whether there are more: a full page
// may then be followed by another one.
func decodeUnitCostPage(raw []byte) (page unitCostPage, err error) {
	var body struct {
		Links     *struct{ Next string }
		UnitCosts []json.RawMessage `json:"unit_costs"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return page, err
	}
	if body.UnitCosts == nil {
		return page, errors.New("it has no list unit_costs")
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

// decode reads the rows.
func (p unitCostPage) decode() ([]UnitCost, error) {
	rows := make([]UnitCost, len(p.rows))
	for i, text := range p.rows {
		row := &rows[i]
		err := json.Unmarshal(text, row)
		switch {
		case err != nil:
		case row.BusinessMetricToken == "":
			err = errors.New("it names no business metric")
		case row.Date == "":
			err = errors.New("it has no date")
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return rows, nil
}
