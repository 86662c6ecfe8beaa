namespace Steering.Training.Autoencoders;

/// <summary>How the squared errors of the nested prefixes are added up.</summary>
public enum PrefixWeighting
{
    /// <summary>Each divided by the number of prefixes, so that the loss keeps the units of one squared error.</summary>
    Mean,

    /// <summary>Each with weight 1, as in SAELens.</summary>
    Sum,
}
