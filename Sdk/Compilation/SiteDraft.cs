using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>The rows of one site while the policy is compiled.</summary>
internal sealed class SiteDraft(SocketSite site)
{
    private readonly List<RowDraft> _rows = [];
    private readonly Dictionary<object, RowDraft> _readings = [];
    private LoadedSae? _competing;

    public SocketSite Site { get; } = site;

    public int RowCount => _rows.Count;

    /// <summary>Adds a row; one that reads something makes it available to gates and watches.</summary>
    public RowDraft Add(RowDraft row)
    {
        row.Index = _rows.Count;
        _rows.Add(row);
        if (row.Reading is not null)
        {
            _readings.TryAdd(row.Reading, row);
        }

        return row;
    }

    /// <summary>The row that reads something already, or null.</summary>
    public RowDraft? Find(object reading) => _readings.GetValueOrDefault(reading);

    /// <summary>Makes the latents of an SAE compete at this site.</summary>
    /// <exception cref="SteeringException">Another SAE's latents compete here already.</exception>
    public void Compete(LoadedSae sae, string where)
    {
        _competing ??= sae;
        if (!ReferenceEquals(_competing.Latents, sae.Latents))
        {
            throw new SteeringException($"{where}: at {Site.Name} the latents of '{_competing.Id}' ({_competing.Latents.Source}) compete for their places already, and one site can hold one such SAE; steer the features of '{sae.Id}' ({sae.Latents.Source}) in another conversation or at another site.");
        }
    }

    public SiteProgram Build()
    {
        var (rows, width) = (_rows.Count, Site.HiddenSize);
        var program = new SiteProgram
        {
            Site = Site.Name,
            HiddenSize = width,
            Rows = [.. _rows.Select(row => row.Row)],
            Read = new float[rows * width],
            Write = new float[rows * width],
            Dials = new float[SocketLayout.DialCount * rows],
            GateRow = [.. _rows.Select(row => (long)(row.Gate ?? row).Index)],
            Scale = BuildScale(),
            Attenuation = BuildAttenuation(),
            Encoder = _competing?.Latents.Competition,
        };
        foreach (var row in _rows)
        {
            row.Read.CopyTo(program.Read, row.Index * width);
            row.Write.CopyTo(program.Write, row.Index * width);
            for (var dial = 0; dial < SocketLayout.DialCount; dial++)
            {
                program.Dials[(dial * rows) + row.Index] = row.Dials[dial];
            }
        }

        return program;
    }

    private float[] BuildScale()
    {
        if (_rows.TrueForAll(row => row.Scale == (1, 0, 0)))
        {
            return [];
        }

        return [.. _rows.Select(row => row.Scale.Constant), .. _rows.Select(row => row.Scale.Norm), .. _rows.Select(row => row.Scale.Deviation)];
    }

    /// <summary>[4 + 2K, M]: strength, a, b, c, K knots, K slopes; rows with fewer knots than others repeat none, their slopes are 0.</summary>
    private float[] BuildAttenuation()
    {
        if (_rows.TrueForAll(row => row.Response is null))
        {
            return [];
        }

        var (rows, knots) = (_rows.Count, _rows.Max(row => row.Response?.Knots.Length ?? 0));
        var table = new float[(SocketLayout.PosteriorRows + (2 * knots)) * rows];
        foreach (var row in _rows)
        {
            if (row.Response is { } response)
            {
                (table[row.Index], table[rows + row.Index], table[(2 * rows) + row.Index], table[(3 * rows) + row.Index]) = (response.Strength, response.A, response.B, response.C);
                for (var knot = 0; knot < response.Knots.Length; knot++)
                {
                    table[((SocketLayout.PosteriorRows + knot) * rows) + row.Index] = response.Knots[knot];
                    table[((SocketLayout.PosteriorRows + knots + knot) * rows) + row.Index] = response.Slopes[knot];
                }
            }
        }

        return table;
    }
}
