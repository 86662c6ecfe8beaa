using Steering.Policies;

namespace Steering.Tests.Sdk.Policies;

[TestClass]
public sealed class PolicyPropertyTests
{
    [TestMethod]
    public void RandomPolicies_WrittenAndRead_AreEqual()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var policy = PolicySamples.Policy(new Random(seed));
            var json = policy.ToJson();
            var read = SteeringPolicy.Parse(json);
            Assert.AreEqual(policy, read, $"seed {seed}");
            Assert.AreEqual(policy.GetHashCode(), read.GetHashCode(), $"seed {seed}");
            CollectionAssert.AreEqual(json, read.ToJson(), $"seed {seed}");
        }
    }

    /// <summary>Damaged documents: bytes changed, removed, doubled, documents cut; only the documented exception escapes.</summary>
    [TestMethod]
    public void DamagedPolicies_Always_AreReadOrRefused()
    {
        var random = new Random(1);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Damage(PolicySamples.Policy(random).ToJson(), random);
            try
            {
                SteeringPolicy.Parse(bytes).Validate();
                read++;
            }
            catch (SteeringException error)
            {
                Assert.IsLessThan(20_000, error.Message.Length);
                refused++;
            }
        }

        Assert.IsGreaterThan(100, read);
        Assert.IsGreaterThan(1000, refused);
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (var change = random.Next(1, 5); change > 0 && damaged.Count > 1; change--)
        {
            var at = random.Next(damaged.Count);
            var length = Math.Min(random.Next(1, 30), damaged.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, length);
                    break;
                case 2:
                    damaged.InsertRange(at, damaged.GetRange(at, length));
                    break;
                case 3:
                    damaged[at] = "{}[]\",:-+0e.\\u"u8[random.Next(14)];
                    break;
                default:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }

        return [.. damaged];
    }
}
