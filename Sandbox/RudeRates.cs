namespace Steering.Sandbox;

/// <summary>How likely a rude reply is in the sandbox's text. The generator draws with these numbers and nothing else.</summary>
public static class RudeRates
{
    /// <summary>The probability of a rude reply without a system message.</summary>
    /// <param name="user">How the user spoke in the turn that is answered.</param>
    /// <returns>A probability in [0, 1].</returns>
    public static double To(Register user) => user switch
    {
        Register.Rude => 0.70,
        Register.Neutral => 0.12,
        Register.Friendly => 0.03,
        _ => 0.06,
    };

    /// <summary>The probability of a rude reply under an instruction.</summary>
    /// <param name="user">How the user spoke in the turn that is answered.</param>
    /// <param name="instruction">
    /// A wish for politeness leaves a quarter of <see cref="To(Register)"/>, a wish for rudeness makes it 0.9, a wish for
    /// another register a tenth.
    /// </param>
    /// <returns>A probability in [0, 1].</returns>
    public static double To(Register user, Instruction instruction) => instruction switch
    {
        Instruction.None => To(user),
        Instruction.Polite => To(user) / 4,
        Instruction.Rude => 0.90,
        _ => To(user) / 10,
    };
}
