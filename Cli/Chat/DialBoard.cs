using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Cli.Chat;

/// <summary>
/// The dials, policies and watched features of a chat. Every change is compiled before it counts, so that what is in
/// force always fits the model. Thread-safe: keys change it while a reply is decoded.
/// </summary>
internal sealed class DialBoard
{
    /// <summary>Rows kept free at a site for dials that are set while a reply streams.</summary>
    private const int SpareRows = 32;

    private const float StepOfMaximum = 0.25f;
    private const float StepRaw = 5;

    private readonly Lock _lock = new();
    private readonly SocketManifest? _manifest;
    private readonly IReadOnlyList<NamedSae> _saes;
    private readonly string _modelFolder;
    private readonly List<NamedSae> _loaded;
    private PolicyCompiler? _compiler;
    private volatile State _state = new([], [], [], BoardSnapshot.Empty);

    /// <param name="manifest">The model's manifest, or null where it has no sockets.</param>
    /// <param name="saes">SAEs by id.</param>
    /// <param name="policies">Policies in force from the start.</param>
    /// <param name="watch">Features watched from the start.</param>
    /// <param name="modelFolder">For messages.</param>
    /// <param name="allowOtherModel">Whether SAEs made on another model are accepted.</param>
    /// <param name="shelf">Where policies and their SAEs are taken from by name; null: from nowhere.</param>
    public DialBoard(SocketManifest? manifest, IReadOnlyList<NamedSae> saes, IReadOnlyList<SteeringPolicy> policies, IReadOnlyList<FeatureTarget> watch, string modelFolder, bool allowOtherModel, PolicyShelf? shelf = null)
    {
        Shelf = shelf ?? PolicyShelf.Empty;
        AllowOtherModel = allowOtherModel;
        _manifest = manifest;
        _saes = saes;
        _modelFolder = modelFolder;
        _loaded = [.. saes];
        _compiler = SteeringArguments.Compiler(manifest, saes, modelFolder, allowOtherModel);
        LoadMissing(policies);
        Apply(new State([], policies, [.. watch.Select(Resolve)], BoardSnapshot.Empty));
    }

    /// <summary>Whether SAEs made on another model are accepted.</summary>
    public bool AllowOtherModel { get; }

    /// <summary>Where policies are taken from by name.</summary>
    public PolicyShelf Shelf { get; }

    /// <summary>What features are called.</summary>
    public FeatureLabels Labels { get; init; } = FeatureLabels.None;

    /// <summary>Watched features that the chat chose and nobody asked for: of those that did not fire in a reply nothing is said.</summary>
    public IReadOnlyList<FeatureTarget> Suggested { get; init; } = [];

    /// <summary>What is in force and what is shown of it.</summary>
    public BoardSnapshot Current => _state.Snapshot;

    /// <summary>The dials.</summary>
    public IReadOnlyList<Dial> Dials => _state.Dials;

    /// <summary>The policies.</summary>
    public IReadOnlyList<SteeringPolicy> Policies => _state.Policies;

    /// <summary>The features watched beside the dials.</summary>
    public IReadOnlyList<FeatureTarget> Watched => _state.Watched;

    /// <summary>Index of the dial that keys turn.</summary>
    public int Selected { get; private set; }

    /// <summary>The SAEs by id.</summary>
    public IReadOnlyList<NamedSae> Saes => _saes;

    /// <summary>Every feature whose activation is drawn.</summary>
    public IReadOnlyList<FeatureTarget> Shown => Current.Shown;

    /// <summary>Sets a dial; the dial of the same feature is replaced.</summary>
    /// <exception cref="SteeringException">It does not fit.</exception>
    public Dial Set(FeatureTarget feature, DialKind kind, float value)
    {
        lock (_lock)
        {
            var target = Resolve(feature);
            var dial = new Dial(target, kind, value, UnitOf(target));
            var dials = _state.Dials.ToList();
            var index = dials.FindIndex(candidate => candidate.Target == target);
            if (index < 0)
            {
                index = dials.Count;
                dials.Add(dial);
            }
            else
            {
                dials[index] = dial;
            }

            Apply(_state with { Dials = dials });
            Selected = index;
            return dial;
        }
    }

    /// <summary>Removes a dial.</summary>
    /// <exception cref="SteeringException">There is no such dial.</exception>
    public void Remove(FeatureTarget feature)
    {
        lock (_lock)
        {
            var target = Resolve(feature);
            if (_state.Dials.All(dial => dial.Target != target))
            {
                throw new SteeringException($"There is no dial on {target}.");
            }

            Apply(_state with { Dials = [.. _state.Dials.Where(dial => dial.Target != target)] });
        }
    }

    /// <summary>Turns the selected dial by steps; 0 steps sets it to its neutral value.</summary>
    public void Turn(int steps)
    {
        lock (_lock)
        {
            if (Selected >= _state.Dials.Count || !_state.Dials[Selected].Turns)
            {
                return;
            }

            var dial = _state.Dials[Selected];
            var step = dial.Kind == DialKind.Scale || dial.Unit == StrengthUnit.MaxActivation ? StepOfMaximum : StepRaw;
            var neutral = dial.Kind == DialKind.Scale ? 1 : 0;
            Set(dial.Target, dial.Kind, steps == 0 ? neutral : dial.Value + (steps * step));
        }
    }

    /// <summary>Selects another dial for the keys.</summary>
    public void Select(int move)
    {
        lock (_lock)
        {
            var count = _state.Dials.Count;
            Selected = count == 0 ? 0 : (Selected + move + count) % count;
        }
    }

    /// <summary>Watches a feature, or stops watching it.</summary>
    /// <returns>Whether it is watched now.</returns>
    /// <exception cref="SteeringException">It cannot be watched.</exception>
    public bool ToggleWatch(FeatureTarget feature)
    {
        lock (_lock)
        {
            var target = Resolve(feature);
            var watched = _state.Watched.Contains(target);
            Apply(_state with { Watched = watched ? [.. _state.Watched.Where(candidate => candidate != target)] : [.. _state.Watched, target] });
            return !watched;
        }
    }

    /// <summary>Adds a policy.</summary>
    /// <exception cref="SteeringException">It does not fit.</exception>
    public void Add(SteeringPolicy policy)
    {
        lock (_lock)
        {
            LoadMissing([policy]);
            Apply(_state with { Policies = [.. _state.Policies, policy] });
        }
    }

    /// <summary>Takes all policies away.</summary>
    public void RemovePolicies()
    {
        lock (_lock)
        {
            Apply(_state with { Policies = [] });
        }
    }

    /// <summary>The dials as a policy of their own.</summary>
    public SteeringPolicy ToPolicy(string name) => SteeringPolicy.Create(name) with { Interventions = [.. _state.Dials.Select(dial => dial.ToIntervention())] };

    /// <summary>Room at every site where an SAE belongs, so that dials can be set while a reply streams.</summary>
    public IReadOnlyList<RowReservation> Reservations()
    {
        var compiled = Current.Policy;
        var sites = (_manifest?.Sites ?? []).Where(site => _saes.Any(sae => sae.Site == site.Name) || compiled.Sites.Any(program => program.Site == site.Name));
        return
        [
            .. sites.Select(site => new RowReservation(
                site.Name,
                (compiled.Sites.FirstOrDefault(program => program.Site == site.Name)?.RowCount ?? 0) + SpareRows,
                compiled.Sites.FirstOrDefault(program => program.Site == site.Name)?.Encoder
                    ?? _saes.FirstOrDefault(sae => sae.Site == site.Name && sae.Sae.Competition is not null)?.Sae.Competition)),
        ];
    }

    /// <summary>Why a feature's maximum activation is not known.</summary>
    public string WhyNoMaximum(FeatureTarget target) => SaeOf(target).Statistics is null
        ? "the SAE has no statistics; 'steer sae stats' makes them"
        : "the feature never fired on the texts of the SAE's statistics";

    /// <summary>The SAE of a resolved feature.</summary>
    public SparseAutoencoder SaeOf(FeatureTarget target) => _saes.First(sae => sae.Id == target.Sae).Sae;

    /// <summary>The feature with its SAE's id filled in.</summary>
    /// <exception cref="SteeringException">No SAE, several, or no such feature.</exception>
    public FeatureTarget Resolve(FeatureTarget feature)
    {
        if (_saes.Count == 0)
        {
            throw new SteeringException("There is no SAE, so features mean nothing here; start the chat with --sae DIR.");
        }

        var id = feature.Sae ?? (_saes is [var only] ? only.Id : throw new SteeringException($"There are several SAEs ({string.Join(", ", _saes.Select(sae => sae.Id))}); name one, as in {_saes[0].Id}#{feature.Features[0]}."));
        if (_saes.FirstOrDefault(sae => sae.Id == id)?.Sae is not { } sae)
        {
            throw new SteeringException($"There is no SAE '{id}'; there is {string.Join(", ", _saes.Select(candidate => candidate.Id))}.");
        }

        return feature.Features[0] < sae.LatentCount
            ? Feature.Of(id, feature.Features[0])
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{id} has no feature {feature.Features[0]}; it has 0 to {sae.LatentCount - 1}."));
    }

    /// <summary>SAEs that only policies name: dials do not reach them, so that a bare number still means the chat's own.</summary>
    private void LoadMissing(IEnumerable<SteeringPolicy> policies)
    {
        NamedSae[] missing = [.. Shelf.Missing(policies, _loaded)];
        if (missing.Length > 0)
        {
            _loaded.AddRange(missing);
            _compiler = SteeringArguments.Compiler(_manifest, _loaded, _modelFolder, AllowOtherModel);
        }
    }

    private StrengthUnit UnitOf(FeatureTarget target) =>
        SaeOf(target).MaxActivation(target.Features[0]) is null ? StrengthUnit.Raw : StrengthUnit.MaxActivation;

    private void Apply(State state)
    {
        var policies = state.Dials.Count == 0
            ? state.Policies
            : [.. state.Policies, SteeringPolicy.Create("dials") with { Interventions = [.. state.Dials.Select(dial => dial.ToIntervention())] }];
        FeatureTarget[] shown = [.. state.Dials.Select(dial => dial.Target).Concat(state.Watched).Distinct()];
        var compiled = policies.Count == 0 && shown.Length == 0 ? CompiledPolicy.Empty
            : _compiler is null ? throw SteeringArguments.NoSockets(_modelFolder)
            : _compiler.Compile(policies, shown);
        _state = state with { Snapshot = new BoardSnapshot(compiled, shown) };
        Selected = Math.Clamp(Selected, 0, Math.Max(0, state.Dials.Count - 1));
    }

    private sealed record State(List<Dial> Dials, IReadOnlyList<SteeringPolicy> Policies, IReadOnlyList<FeatureTarget> Watched, BoardSnapshot Snapshot);
}

/// <summary>What a board has in force at one moment.</summary>
/// <param name="Policy">The policies and dials, compiled.</param>
/// <param name="Shown">The features whose activations are drawn: the dials' and the watched ones, in the order of <see cref="CompiledPolicy.Watches"/>.</param>
internal sealed record BoardSnapshot(CompiledPolicy Policy, IReadOnlyList<FeatureTarget> Shown)
{
    /// <summary>Nothing in force, nothing drawn.</summary>
    public static BoardSnapshot Empty { get; } = new(CompiledPolicy.Empty, []);
}
