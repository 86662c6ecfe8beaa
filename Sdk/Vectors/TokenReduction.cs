namespace Steering.Vectors;

/// <summary>How the tokens of one text become one vector.</summary>
public enum TokenReduction
{
    /// <summary>The last token that counts.</summary>
    Last,

    /// <summary>The mean over the tokens that count; every text weighs the same, whatever its length.</summary>
    Mean,
}
