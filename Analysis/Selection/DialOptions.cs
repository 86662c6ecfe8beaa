namespace Steering.Analysis.Selection;

/// <summary>How dials are learned.</summary>
public sealed record DialOptions
{
    /// <summary>Steps of Adam. All dials move in the first half; in the second, those that move the residual stream least are dropped by and by.</summary>
    public int Iterations { get; init; } = 250;

    /// <summary>Texts of one step.</summary>
    public int BatchExamples { get; init; } = 16;

    /// <summary>Learning rate of the first step; it falls to 0 along a cosine. In units of a gain, and of a tenth of a feature's largest activation for a push.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Price of moving the residual stream at a token by its own mean norm, in nats.</summary>
    public double Penalty { get; init; } = 0.05;

    /// <summary>Dials that are left in the end.</summary>
    public int Dials { get; init; } = 16;

    /// <summary>Whether features may be scaled, which acts only where they are active.</summary>
    public bool Gains { get; init; } = true;

    /// <summary>Whether features may be pushed, active or not.</summary>
    public bool Pushes { get; init; } = true;

    /// <summary>Where features are pushed; null is at every token but the first.</summary>
    public DialGate? PushGate { get; init; }

    /// <summary>How far a gain may go from 1.</summary>
    public float LargestGain { get; init; } = 8;

    /// <summary>How far a push may go, in multiples of a feature's largest activation.</summary>
    public float LargestPush { get; init; } = 1;

    /// <summary>Seed of the order of the texts.</summary>
    public long Seed { get; init; }

    /// <summary>The same options, when dials can be learned with them.</summary>
    /// <exception cref="SteeringException">One of them cannot be; the message names it.</exception>
    internal DialOptions Checked() =>
        Iterations < 1 ? throw new SteeringException($"{Iterations} iterations were asked for; dials need at least 1.")
        : BatchExamples < 1 ? throw new SteeringException($"Steps of {BatchExamples} texts were asked for; expected at least 1.")
        : !(LearningRate > 0 && double.IsFinite(LearningRate)) ? throw new SteeringException($"A learning rate of {LearningRate} was asked for; expected a number above 0.")
        : !(Penalty >= 0 && double.IsFinite(Penalty)) ? throw new SteeringException($"A penalty of {Penalty} was asked for; expected 0 or more.")
        : Dials < 1 ? throw new SteeringException($"{Dials} dials were asked for; expected at least 1.")
        : !Gains && !Pushes ? throw new SteeringException("Neither gains nor pushes were asked for; nothing could be learned.")
        : !(LargestGain > 0 && float.IsFinite(LargestGain)) ? throw new SteeringException($"Gains up to {LargestGain} from 1 were asked for; expected a number above 0.")
        : !(LargestPush > 0 && float.IsFinite(LargestPush)) ? throw new SteeringException($"Pushes up to {LargestPush} were asked for; expected a number above 0.")
        : this;
}

/// <summary>Pushes only the tokens at which a feature of the same autoencoder is active enough, as a policy's token gate does.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="Threshold">Strict threshold of its activation, in multiples of its largest.</param>
public sealed record DialGate(int Latent, float Threshold);
