namespace Steering.Sandbox.Language;

/// <summary>The values of slots, drawn when first asked for and kept from then on.</summary>
internal sealed class SlotValues(IReadOnlyDictionary<string, IReadOnlyList<string>> candidates, ChoiceStream choices)
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Known => _values;

    public string this[string slot]
    {
        get
        {
            if (!_values.TryGetValue(slot, out var value))
            {
                value = choices.Pick(candidates[slot]);
                _values.Add(slot, value);
            }

            return value;
        }
    }

    public SlotValues Set(string slot, string value)
    {
        _values[slot] = value;
        return this;
    }
}
