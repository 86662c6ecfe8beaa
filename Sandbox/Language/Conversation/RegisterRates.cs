namespace Steering.Sandbox.Language.Conversation;

/// <summary>Who speaks how, how often.</summary>
internal static class RegisterRates
{
    /// <summary>The user keeps the register of the turn before.</summary>
    public const double UserKeeps = 0.7;

    /// <summary>By <see cref="Register"/>; adds up to one.</summary>
    public static ReadOnlySpan<double> User => [0.46, 0.16, 0.06, 0.04, 0.05, 0.05, 0.18];

    /// <summary>By <see cref="Instruction"/>: none, polite, then the registers.</summary>
    public static ReadOnlySpan<double> Instructions => [0.44, 0.14, 0.05, 0.08, 0.06, 0.07, 0.06, 0.06, 0.04];

    /// <summary>A reply that is not rude and not told how to be, by <see cref="Register"/>.</summary>
    public static double[] Reply(Register user)
    {
        double[] weights = [0.46, 0.24, 0.12, 0.06, 0.06, 0.06, 0];
        if (user is not Register.Neutral and not Register.Rude)
        {
            weights[(int)user] += 0.6;
        }

        return weights;
    }
}
